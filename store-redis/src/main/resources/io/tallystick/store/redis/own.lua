-- A key of ours that somebody has put something else under is lost, and may cost no more.
local function own(key, kind)
  local present = redis.call('TYPE', key).ok
  if present ~= kind and present ~= 'none' then
    redis.call('UNLINK', key)
  end
end

local VERSION = '^' .. string.rep('%d', 19)

-- The version that a text begins with; nil where it is none.
local function versionOf(text)
  return text and string.match(text, VERSION)
end

