-- KEYS: sources, versions, retired, retiring, families of the source
-- ARGV: source, version, the version it follows or '', end of the lease, time to live,
--   whether to list the families, then names of families
-- Notes what a source is about to publish, before any of it is written: so whoever retires it
-- finds all of it.
if redis.call('ZSCORE', KEYS[3], ARGV[1]) then
  return {'RETIRED'}
end
if redis.call('HEXISTS', KEYS[4], ARGV[1]) == 1 then
  return {'RETIRING'}
end
local known = redis.call('HGET', KEYS[2], ARGV[1])
local version = known and string.sub(known, 1, 19)
if version and version >= ARGV[2] then
  return {'STALE'}
end
if ARGV[3] ~= '' and version ~= ARGV[3] then
  return {'INCOMPLETE'}
end
if not version then
  redis.call('HSET', KEYS[2], ARGV[1], string.rep('0', 19) .. ' 0')
  redis.call('ZADD', KEYS[1], ARGV[4], ARGV[1])
end
local new = {}
for i = 7, #ARGV do
  new[#new + 1] = redis.call('SADD', KEYS[5], ARGV[i])
end
for _, key in ipairs(KEYS) do
  redis.call('PEXPIRE', key, ARGV[5])
end
return {'ACCEPTED', new, ARGV[6] == '1' and redis.call('SMEMBERS', KEYS[5]) or {}}
