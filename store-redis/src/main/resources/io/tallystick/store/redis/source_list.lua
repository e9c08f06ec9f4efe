-- KEYS: sources, versions, retired, retiring, cut, epoch, id, merged
-- All there is about sources, at one moment; what somebody has put in a key's place is not there.
local function ask(...)
  local reply = redis.pcall(...)
  return type(reply) == 'table' and reply.err and {} or reply
end
local function text(key)
  local reply = redis.pcall('GET', key)
  return type(reply) == 'string' and reply or ''
end
return {
  ask('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES'), ask('HGETALL', KEYS[2]),
  ask('ZRANGE', KEYS[3], 0, -1, 'WITHSCORES'), ask('HKEYS', KEYS[4]), ask('HGETALL', KEYS[5]),
  text(KEYS[6]), text(KEYS[7]), ask('SMEMBERS', KEYS[8])
}
