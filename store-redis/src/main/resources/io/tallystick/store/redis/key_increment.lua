-- KEYS: value, index, ends; the note of the writer's additions to the key where it has a number
-- ARGV: key, now, amount, the end that never comes, before when what ended is dropped, number, time
-- to live of the note. Numbers are texts of one length.
local done = KEYS[4] and (redis.call('GET', KEYS[4]) or '') >= ARGV[6]
local ending = redis.call('HGET', KEYS[1], 'e')
if not ending or tonumber(ending) <= tonumber(ARGV[2]) then
  if done then
    return '0'
  end
  if ending then
    redis.call('DEL', KEYS[1])
  end
  redis.call('HSET', KEYS[1], 'v', '0', 'e', ARGV[4])
  list(ARGV[1], ARGV[4], ARGV[4])
  sweep(ARGV[5])
end
local sum = redis.pcall('HINCRBY', KEYS[1], 'v', done and '0' or ARGV[3])
if type(sum) == 'table' and sum.err then
  return sum
end
if KEYS[4] and not done then
  redis.call('SET', KEYS[4], ARGV[6], 'PX', ARGV[7])
end
return redis.call('HGET', KEYS[1], 'v') -- a number of Lua's has 53 bits
