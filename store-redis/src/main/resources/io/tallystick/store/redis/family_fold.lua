-- ARGV: source or '', the header that it had or '', the base's sequence or '', now,
--   the time before which names are forgotten, time to live, whether to keep a baseline,
--   field of a merged ledger or '', the length of the stage or ''; then lists, each with its length:
--   fields of Python's hash, what they were expected to be, and by how much they grow where they
--   have grown meanwhile, 'set' where that is left alone, or '' where it may not be; fields of the base to delete,
--   fields of it to put, fields of meta to put, fields of Python's hash to delete, and to put
-- Answers with what was done, and whether there is a baseline.
local source = ARGV[1]
local function answer(text)
  redis.call('UNLINK', stage)
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
if lacks(ARGV[9]) then
  return answer('LOST')
end
local list, at = tail(10, ARGV[9])
local kind = redis.call('TYPE', python).ok
local readable = kind == 'hash' or kind == 'none'

-- A text that HINCRBYFLOAT takes as well: what it refused would leave half of a fold behind.
local function number(text)
  return #text <= 64 and string.match(text, '^%-?%d+%.?%d*e?[+-]?%d?%d?%d?$') and tonumber(text)
end

local grown = {} -- what Python has counted on in since it was read
local count = tonumber(list[at])
for i = at + 1, at + count, 3 do
  local value = readable and redis.call('HGET', python, list[i])
  if (value and '=' .. value or '-') ~= list[i + 1] then
    if list[i + 2] == 'set' then -- Python has set it since, and that is what holds
      grown[list[i]] = value and '0.0'
    else
      local before, now = number(string.sub(list[i + 1], 2)), value and number(value)
      if list[i + 2] == '' or not before or not now or now < before or now == math.huge then
        return answer('CHANGED')
      end
      grown[list[i]] = list[i + 2]
    end
  end
end
at = at + 1 + count
redis.call('HINCRBY', meta, 'sequence', 1)
at = each('HDEL', base, at + 1, list, tonumber(list[at]))
at = each('HSET', base, at + 1, list, tonumber(list[at]))
at = each('HSET', meta, at + 1, list, tonumber(list[at]))
if readable then
  at = each('HDEL', python, at + 1, list, tonumber(list[at]))
  local puts, fields = {}, tonumber(list[at])
  for i = at + 1, at + fields, 2 do
    if not grown[list[i]] then
      puts[#puts + 1] = list[i]
      puts[#puts + 1] = list[i + 1]
    end
  end
  each('HSET', python, 1, puts, #puts)
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
