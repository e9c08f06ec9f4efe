-- KEYS: sources, versions, retired, retiring, families of the source, cut, and more
local sources, versions, retired, retiring, of, cut =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
own(sources, 'zset')
own(versions, 'hash')
own(retired, 'zset')
own(retiring, 'hash')
own(of, 'hash')
own(cut, 'hash')

local NOTHING = string.rep('0', 19)

local function isRetired(source)
  return redis.call('ZSCORE', retired, source) or redis.call('HEXISTS', cut, source) == 1
end

local function keep(milliseconds)
  for _, key in ipairs(KEYS) do
    redis.call('PEXPIRE', key, milliseconds)
  end
end

