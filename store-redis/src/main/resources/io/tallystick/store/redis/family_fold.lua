-- ARGV: source or '', the header that it had or '', the base's sequence or '', now,
--   the time before which names are forgotten, time to live, whether to keep a baseline,
--   field of a merged ledger or '', 'staged' where the stage has what follows, or ''; then lists,
--   each with its length:
--   fields of Python's hash, what they were expected to be, and by how much they grow where they
--   have grown meanwhile, 'set' where that is left alone, or '' where it may not be; fields of the
--   base to delete, fields of it to put, fields of meta to put, fields of Python's hash to delete,
--   and to put
-- Answers with what was done, and whether there is a baseline.
local source = ARGV[1]
local function answer(text)
  return {text, redis.call('EXISTS', baseline)}
end
if source ~= '' then
  local header = redis.call('HGET', live, source)
  if not header and redis.call('ZSCORE', retired, source) then
    return answer('DONE')
  end
  if (header or '') ~= ARGV[2] then
    return answer('CHANGED')
  end
end
if ARGV[8] ~= '' and redis.call('HEXISTS', meta, ARGV[8]) == 1 then
  return answer('DONE')
end
if (redis.call('HGET', meta, 'sequence') or '') ~= ARGV[3] then
  return answer('CHANGED')
end

-- What follows, by its place from 1 on. What is staged is taken up a part at a time: Lua has each
-- text once, and finds it the slower the more there are that are like it.
local part, start = {}, 1
local function item(place)
  if ARGV[9] == '' then
    return ARGV[9 + place]
  end
  if not part[place - start + 1] then
    part, start = redis.call('LRANGE', stage, place - 1, place + BATCH - 2), place
  end
  return part[place - start + 1]
end

-- Calls a command with a key and the list at a place, but for the pairs of what is left out; returns
-- the place behind it.
local function each(command, key, place, leftOut)
  local last = place + tonumber(item(place))
  local arguments = {}
  for at = place + 1, last, 2 do
    local field, value = item(at), at < last and item(at + 1) or nil
    if not leftOut or not leftOut[field] then
      arguments[#arguments + 1] = field
      arguments[#arguments + 1] = value
    end
    if #arguments >= BATCH or (#arguments > 0 and at + 2 > last) then
      redis.call(command, key, unpack(arguments))
      arguments = {}
    end
  end
  return last + 1
end

local kind = redis.call('TYPE', python).ok
local readable = kind == 'hash' or kind == 'none'

-- A text that HINCRBYFLOAT takes as well: what it refused would leave half of a fold behind.
local function number(text)
  return #text <= 64 and string.match(text, '^%-?%d+%.?%d*e?[+-]?%d?%d?%d?$') and tonumber(text)
end

local grown = {} -- what Python has counted on in since it was read
local count = tonumber(item(1))
for at = 2, 1 + count, 3 do
  local field, expected, change = item(at), item(at + 1), item(at + 2)
  local value = readable and redis.call('HGET', python, field)
  if (value and '=' .. value or '-') ~= expected then
    if change == 'set' then -- Python has set it since, and that is what holds
      grown[field] = value and '0.0'
    else
      local before, now = number(string.sub(expected, 2)), value and number(value)
      if change == '' or not before or not now or now < before or now == math.huge then
        return answer('CHANGED')
      end
      grown[field] = change
    end
  end
end
redis.call('HINCRBY', meta, 'sequence', 1)
local place = each('HDEL', base, 2 + count)
place = each('HSET', base, place)
place = each('HSET', meta, place)
if readable then
  place = each('HDEL', python, place)
  each('HSET', python, place, grown)
  for field, amount in pairs(grown) do
    if amount ~= '0.0' then
      redis.call('HINCRBYFLOAT', python, field, amount)
    end
  end
end
if ARGV[8] ~= '' then
  redis.call('HSET', meta, ARGV[8], 1)
end
redis.call('ZREMRANGEBYSCORE', retired, '-inf', ARGV[5])
if source ~= '' then
  redis.call('HDEL', live, source)
  redis.call('ZADD', retired, ARGV[4], source)
  if ARGV[7] == '' then
    redis.call('UNLINK', series)
  elseif redis.call('EXISTS', series) == 1 then
    redis.call('RENAME', series, baseline)
    redis.call('PEXPIRE', baseline, ARGV[6])
  end
end
keep(ARGV[6])
return answer('FOLDED')
