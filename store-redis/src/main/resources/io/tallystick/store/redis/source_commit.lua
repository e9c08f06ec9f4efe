-- KEYS: as always, id, merged
-- ARGV: source, version, the version that was known when this began, time of publishing, end of the
--   lease, time to live, then names of families and their marks
local source = ARGV[1]
if isRetired(source) then
  return 'RETIRED'
end
if redis.call('HEXISTS', retiring, source) == 1 then
  return 'RETIRING'
end
local known = versionOf(redis.call('HGET', versions, source))
if known and known >= ARGV[2] then
  return 'STALE'
end
if known ~= ARGV[3] or redis.call('HEXISTS', of, '') == 0 then
  return 'LOST' -- Redis has lost what it had, or went back to what it had before
end
for i = 7, #ARGV, 2 do
  redis.call('HSET', of, ARGV[i], ARGV[i + 1])
end
redis.call('HSET', versions, source, ARGV[2] .. ' ' .. ARGV[4] .. ' ' .. ARGV[5])
redis.call('ZADD', sources, ARGV[5], source)
keep(ARGV[6])
return 'ACCEPTED'
