-- KEYS: Python's hash, base, meta, live, retired, series of the source, its baseline, stage
local python, base, meta, live = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local retired, series, baseline, stage = KEYS[5], KEYS[6], KEYS[7], KEYS[8]
local BATCH = 4000

own(base, 'hash')
own(meta, 'hash')
own(live, 'hash')
own(retired, 'zset')
own(series, 'hash')

-- An answer to what changes nothing.
local function refuse(answer)
  redis.call('UNLINK', stage)
  return answer
end

-- The arguments from a place on; where they are too many for one call, the stage has so many.
local function tail(from, staged)
  if staged == '' then
    return ARGV, from
  end
  local all = redis.call('LRANGE', stage, 0, -1)
  return all, 1
end

local function lacks(staged)
  return staged ~= '' and redis.call('LLEN', stage) ~= tonumber(staged)
end

-- Calls a command with a key and arguments, many at once; returns the place behind them.
local function each(command, key, from, arguments, count)
  local to = from + count
  while from < to do
    local last = math.min(from + BATCH, to) - 1
    redis.call(command, key, unpack(arguments, from, last))
    from = last + 1
  end
  return to
end

local function keep(milliseconds)
  for i = 1, 6 do
    redis.call('PEXPIRE', KEYS[i], milliseconds)
  end
end

