-- KEYS: of, ends, numbers. ARGV: what the names of sets begin with
-- What `of` has under a key: end, space, token, space, and of each set the place, a colon, the
-- length of its name, a colon, and that.
local function places(row)
  local first = string.find(row, ' ', 1, true)
  local at = string.find(row, ' ', first + 1, true) + 1
  local all = {}
  while at <= #row do
    local colon = string.find(row, ':', at, true)
    local second = string.find(row, ':', colon + 1, true)
    local length = tonumber(string.sub(row, colon + 1, second - 1))
    all[string.sub(row, second + 1, second + length)] = string.sub(row, at, colon - 1)
    at = second + length + 1
  end
  return all
end

local function token(row)
  return string.match(row, '^%S* (%S*) ')
end

local function leave(key)
  local row = redis.call('HGET', KEYS[1], key)
  if row then
    for set in pairs(places(row)) do
      redis.call('ZREM', ARGV[1] .. set, key)
    end
    redis.call('HDEL', KEYS[1], key)
    redis.call('ZREM', KEYS[2], key)
  end
end

-- Gives the next number of a set and wakes those who wait for it: it is the id of a stream's only
-- entry. Where numbers were lost, or somebody else has put something there, it begins anew.
local function number(set)
  local next = string.format('%.0f', redis.call('HINCRBY', KEYS[3], set, 1))
  local stream = KEYS[3] .. ':' .. set
  local added = redis.pcall('XADD', stream, 'MAXLEN', '1', next .. '-0', 'n', '')
  if type(added) == 'table' and added.err then
    redis.pcall('DEL', stream)
    redis.pcall('XADD', stream, 'MAXLEN', '1', next .. '-0', 'n', '')
  end
  return next
end

-- Puts a key into the sets that stand in ARGV from an index on, as place and name after how many
-- these are, and out of others, which stay in where these are kept; returns the index behind.
local function enter(key, ending, mark, at, kept)
  local count = tonumber(ARGV[at])
  local wanted = {}
  local parts = {ending, ' ', mark, ' '}
  for i = 1, count do
    local place, set = ARGV[at + 2 * i - 1], ARGV[at + 2 * i]
    if place == '+' then
      place = number(set)
    end
    wanted[set] = true
    redis.call('ZADD', ARGV[1] .. set, place, key)
    parts[#parts + 1] = place .. ':' .. #set .. ':' .. set
  end
  local row = redis.call('HGET', KEYS[1], key)
  if row then
    for set, place in pairs(places(row)) do
      if not wanted[set] and kept then
        parts[#parts + 1] = place .. ':' .. #set .. ':' .. set
      elseif not wanted[set] then
        redis.call('ZREM', ARGV[1] .. set, key)
      end
    end
  end
  if redis.call('HSET', KEYS[1], key, table.concat(parts)) == 1 then
    redis.call('RPUSHX', KEYS[1] .. ':news', key) -- for those who read all documents now
  end
  if ending == '' then
    redis.call('ZREM', KEYS[2], key)
  else
    redis.call('ZADD', KEYS[2], ending, key)
  end
  return at + 2 * count + 1
end

