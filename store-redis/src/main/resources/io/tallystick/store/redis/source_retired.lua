-- KEYS: as always, epoch
-- ARGV: source, now, the time before which names are forgotten, time to live, how many of its
--   families have a baseline
-- Ends a retirement, or with no source forgets old names alone. Answers with 1 where it has ended
-- one, and the names with a baseline that are forgotten.
local source = ARGV[1]
local forgotten = {}
for _, name in ipairs(redis.call('ZRANGEBYSCORE', retired, '-inf', ARGV[3], 'LIMIT', 0, 1000)) do
  redis.call('ZREM', retired, name)
  local baselines = redis.call('HGET', cut, name)
  redis.call('HDEL', cut, name)
  if baselines and baselines ~= '-' then
    forgotten[#forgotten + 1] = name
  end
end
if redis.call('HLEN', cut) > redis.call('ZCARD', retired) then
  for _, name in ipairs(redis.call('HKEYS', cut)) do
    redis.call('ZADD', retired, 'NX', ARGV[2], name) -- which was lost
  end
end
local how = source ~= '' and redis.call('HGET', retiring, source)
if not how then
  return {0, forgotten}
end
redis.call('ZREM', sources, source)
redis.call('HDEL', versions, source)
redis.call('HDEL', retiring, source)
redis.call('ZADD', retired, ARGV[2], source)
if how == 'expired' then
  redis.call('HSET', cut, source, ARGV[5])
else
  redis.call('HSET', cut, source, '-')
  redis.call('UNLINK', of)
end
redis.call('INCR', KEYS[7])
keep(ARGV[4])
return {1, forgotten}
