-- ARGV: key, now, end, time to live or ''
local ending = redis.call('HGET', KEYS[1], 'e')
if not ending or tonumber(ending) <= tonumber(ARGV[2]) then
  return 0
end
redis.call('HSET', KEYS[1], 'e', ARGV[3])
redis.call('ZADD', KEYS[3], ARGV[3], ARGV[1])
if ARGV[4] == '' then
  redis.call('PERSIST', KEYS[1])
else
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
end
return 1
