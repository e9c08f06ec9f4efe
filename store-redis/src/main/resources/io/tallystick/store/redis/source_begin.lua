-- ARGV: source, version, the version it follows or '', 'all' or 'changes', end of the lease, time to
--   live, then names of families
-- Notes what a source is about to publish, before any of it is written: so whoever retires it
-- finds all of it. Answers with the version that is known, and all families with their marks.
local source = ARGV[1]
if isRetired(source) then
  return {'RETIRED'}
end
if redis.call('HEXISTS', retiring, source) == 1 then
  return {'RETIRING'}
end
local known = versionOf(redis.call('HGET', versions, source))
if known and known >= ARGV[2] then
  return {'STALE'}
end
if ARGV[3] ~= '' and known ~= ARGV[3] then
  return {'INCOMPLETE'}
end
if ARGV[4] == 'changes' and redis.call('HEXISTS', of, '') == 0 then
  return {'INCOMPLETE'}
end
if not known then
  known = NOTHING
  redis.call('HSET', versions, source, NOTHING .. ' 0 ' .. ARGV[5])
  redis.call('ZADD', sources, ARGV[5], source)
end
redis.call('HSETNX', of, '', 1)
for i = 7, #ARGV do
  redis.call('HSETNX', of, ARGV[i], NOTHING .. '-')
end
keep(ARGV[6])
return {'ACCEPTED', known, redis.call('HGETALL', of)}
