-- KEYS: Python's hash, base, meta, live, retired, series of the source, its baseline, stage
local python, base, meta, live = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local retired, series, baseline, stage = KEYS[5], KEYS[6], KEYS[7], KEYS[8]
local BATCH = 4000

own(base, 'hash')
own(meta, 'hash')
own(live, 'hash')
own(retired, 'zset')
own(series, 'hash')

local function keep(milliseconds)
  for i = 1, 6 do
    redis.call('PEXPIRE', KEYS[i], milliseconds)
  end
end

