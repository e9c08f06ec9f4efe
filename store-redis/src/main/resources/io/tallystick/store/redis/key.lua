-- KEYS: value, index, ends
-- Notes in both sorted sets that a key is there, until its end where that comes.
local function list(key, ending, never)
  redis.call('ZADD', KEYS[2], 0, key)
  if ending == never then
    redis.call('ZREM', KEYS[3], key)
  else
    redis.call('ZADD', KEYS[3], ending, key)
  end
end

local function unlist(key)
  redis.call('ZREM', KEYS[2], key)
  redis.call('ZREM', KEYS[3], key)
end

-- Takes out two that ended so long ago that Redis itself has dropped them.
local function sweep(before)
  for _, key in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', before, 'LIMIT', 0, 2)) do
    unlist(key)
  end
end

