-- ARGV: source, version, the version it follows or '', end of the lease, time to live, 'all' or
--   'changes', then names of families
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
if ARGV[6] == 'changes' and redis.call('HEXISTS', of, '') == 0 then
  return {'INCOMPLETE'} -- Redis has lost what families it had; all of them make up for that
end
if not known then
  known = NOTHING
  redis.call('HSET', versions, source, NOTHING .. ' 0 ' .. ARGV[4])
  redis.call('ZADD', sources, ARGV[4], source)
end
redis.call('HSETNX', of, '', 1)
for i = 7, #ARGV do
  redis.call('HSETNX', of, ARGV[i], NOTHING .. '-')
end
keep(ARGV[5])
return {'ACCEPTED', known, redis.call('HGETALL', of)}
