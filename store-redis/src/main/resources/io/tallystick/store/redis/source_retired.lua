-- KEYS: sources, versions, retired, retiring, families of the source, epoch, cut
-- ARGV: source, now, the time before which names are forgotten, time to live, how long to keep
-- Ends a retirement, or with no source forgets old names alone.
for _, name in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', ARGV[3], 'LIMIT', 0, 1000)) do
  redis.call('ZREM', KEYS[3], name)
  redis.call('HDEL', KEYS[7], name)
end
if ARGV[1] == '' then
  return 0
end
local how = redis.call('HGET', KEYS[4], ARGV[1])
if not how then
  return 0
end
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
redis.call('HDEL', KEYS[4], ARGV[1])
redis.call('ZADD', KEYS[3], ARGV[2], ARGV[1])
if how == 'expired' then
  redis.call('HSET', KEYS[7], ARGV[1], 1)
  redis.call('PEXPIRE', KEYS[5], ARGV[5])
else
  redis.call('DEL', KEYS[5])
end
redis.call('INCR', KEYS[6])
for _, i in ipairs({1, 2, 3, 4, 6, 7}) do
  redis.call('PEXPIRE', KEYS[i], ARGV[4])
end
return 1
