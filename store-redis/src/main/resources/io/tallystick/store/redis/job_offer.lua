-- ARGV from 3: key, payload
if taken(ARGV[3]) then
  return 0
end
local id = add(ARGV[3], ARGV[4])
redis.call('HSET', ids, ARGV[3], id)
redis.call('RPUSH', queued, id)
return 1
