-- ARGV: key, now
local ending = redis.call('HGET', KEYS[1], 'e')
redis.call('DEL', KEYS[1])
unlist(ARGV[1])
return ending and tonumber(ending) > tonumber(ARGV[2]) and 1 or 0
