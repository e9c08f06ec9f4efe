-- ARGV: source, end of its lease, time to live, its version, time and lease, then names of families
-- Lists a source again that the families have and nobody knows, or families of one that is known.
local source = ARGV[1]
if isRetired(source) or redis.call('HEXISTS', retiring, source) == 1 then
  return 0
end
if not versionOf(redis.call('HGET', versions, source)) then
  redis.call('HSET', versions, source, ARGV[4])
end
redis.call('ZADD', sources, 'NX', ARGV[2], source)
for i = 5, #ARGV do
  redis.call('HSETNX', of, ARGV[i], NOTHING .. '-')
end
keep(ARGV[3])
return 1
