-- KEYS: sources, versions, retired, retiring, families of the source, epoch, cut
-- ARGV: source, time of retirement, whether it was cut off, time to live, how long to keep,
--   then names of the families of its baseline
-- Takes in that a source was retired elsewhere; 0 where that is known.
if redis.call('ZSCORE', KEYS[3], ARGV[1]) then
  return 0
end
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
redis.call('HDEL', KEYS[4], ARGV[1])
redis.call('ZADD', KEYS[3], ARGV[2], ARGV[1])
redis.call('DEL', KEYS[5])
if ARGV[3] == '1' then
  redis.call('HSET', KEYS[7], ARGV[1], 1)
  for i = 6, #ARGV do
    redis.call('SADD', KEYS[5], ARGV[i])
  end
  redis.call('PEXPIRE', KEYS[5], ARGV[5])
end
redis.call('INCR', KEYS[6])
for _, i in ipairs({3, 6, 7}) do
  redis.call('PEXPIRE', KEYS[i], ARGV[4])
end
return 1
