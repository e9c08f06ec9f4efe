-- KEYS: value. ARGV: now, end, time to live or ''
local ending = redis.call('HGET', KEYS[1], 'e')
if not ending or tonumber(ending) <= tonumber(ARGV[1]) then
  return 0
end
redis.call('HSET', KEYS[1], 'e', ARGV[2])
if ARGV[3] == '' then
  redis.call('PERSIST', KEYS[1])
else
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
end
return 1
