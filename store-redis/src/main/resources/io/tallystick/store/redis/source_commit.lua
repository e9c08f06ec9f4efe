-- KEYS: sources, versions, retired, retiring, families of the source, id, merged
-- ARGV: source, version, time of publishing, end of the lease, time to live
if redis.call('ZSCORE', KEYS[3], ARGV[1]) then
  return 'RETIRED'
end
if redis.call('HEXISTS', KEYS[4], ARGV[1]) == 1 then
  return 'RETIRING'
end
local known = redis.call('HGET', KEYS[2], ARGV[1])
if known and string.sub(known, 1, 19) >= ARGV[2] then
  return 'STALE'
end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2] .. ' ' .. ARGV[3])
redis.call('ZADD', KEYS[1], ARGV[4], ARGV[1])
for _, key in ipairs(KEYS) do
  redis.call('PEXPIRE', key, ARGV[5])
end
return 'ACCEPTED'
