-- KEYS: as always, epoch
-- ARGV: source, time of retirement, whether it was cut off, time to live, then names of the families
--   of its baseline
-- Takes in that a source was retired elsewhere. Answers with the families that it had here.
local source = ARGV[1]
if isRetired(source) then
  return {}
end
local had = redis.call('HKEYS', of)
redis.call('ZREM', sources, source)
redis.call('HDEL', versions, source)
redis.call('HDEL', retiring, source)
redis.call('ZADD', retired, ARGV[2], source)
redis.call('UNLINK', of)
redis.call('HSET', cut, source, '-')
if ARGV[3] == '1' then
  redis.call('HSET', cut, source, #ARGV - 4)
  for i = 5, #ARGV do
    redis.call('HSET', of, ARGV[i], NOTHING .. '-')
  end
end
redis.call('INCR', KEYS[7])
keep(ARGV[4])
return had
