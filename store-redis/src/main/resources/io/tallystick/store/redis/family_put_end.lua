-- KEYS: stage, series of the source
-- ARGV: time to live
-- Makes the series of what was put together, unless it was refused.
if redis.call('HDEL', KEYS[1], '') == 0 then
  redis.call('UNLINK', KEYS[1])
  return 0
end
redis.call('RENAME', KEYS[1], KEYS[2])
redis.call('PEXPIRE', KEYS[2], ARGV[1])
return 1
