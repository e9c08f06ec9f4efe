-- KEYS: sets. ARGV: least place, greatest, 1 for the greatest first, place and key after which to
-- go on or '', most that are found, most that are looked at
-- Answers with the key and the place after which to go on, '' at the end, then keys and places.
local set, size
for _, each in ipairs(KEYS) do
  local members = redis.call('ZCARD', each)
  if members == 0 then
    return {'', ''}
  end
  if not size or members < size then
    set, size = each, members
  end
end
local least, greatest, most = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[6])
local descending = ARGV[3] == '1'

local function less(a, b) -- by bytes, whatever the server's language
  for i = 1, math.min(#a, #b) do
    local x, y = string.byte(a, i), string.byte(b, i)
    if x ~= y then
      return x < y
    end
  end
  return #a < #b
end

local function isBehind(key, place) -- the cursor
  if ARGV[4] == '' then
    return true
  end
  local cursor = tonumber(ARGV[4])
  if place ~= cursor then
    return descending and place < cursor or not descending and place > cursor
  end
  if descending then
    return less(key, ARGV[5])
  end
  return less(ARGV[5], key)
end

local rank
if ARGV[4] ~= '' and tonumber(redis.call('ZSCORE', set, ARGV[5]) or 'nan') == tonumber(ARGV[4]) then
  rank = redis.call(descending and 'ZREVRANK' or 'ZRANK', set, ARGV[5]) + 1
elseif descending then
  rank = redis.call('ZCOUNT', set, '(' .. (ARGV[4] ~= '' and ARGV[4] or ARGV[2]), '+inf')
else
  rank = redis.call('ZCOUNT', set, '-inf', '(' .. (ARGV[4] ~= '' and ARGV[4] or ARGV[1]))
end
local reply = {'', ''}
local seen, found = 0, 0
while true do
  local page = redis.call(
    descending and 'ZREVRANGE' or 'ZRANGE', set, rank, rank + 99, 'WITHSCORES')
  if #page == 0 then
    return reply
  end
  for i = 1, #page, 2 do
    local key, place = page[i], tonumber(page[i + 1])
    if descending and place < least or not descending and place > greatest then
      return reply
    end
    local isIn = isBehind(key, place)
    if isIn then -- a cursor never goes back
      seen = seen + 1
    end
    for _, other in ipairs(KEYS) do
      if isIn and other ~= set and not redis.call('ZSCORE', other, key) then
        isIn = false
      end
    end
    if isIn then
      reply[#reply + 1] = key
      reply[#reply + 1] = page[i + 1]
      found = found + 1
    end
    if found == most or seen == tonumber(ARGV[7]) then
      reply[1], reply[2] = key, page[i + 1]
      return reply
    end
  end
  rank = rank + 100
end
