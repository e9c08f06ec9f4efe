-- ARGV from 3: id
if redis.call('ZREM', dead, ARGV[3]) == 0 then
  return 0
end
forget(ARGV[3])
return 1
