-- ARGV: source or '', the header that it had or '', the base's sequence or '', now,
--   the time before which names are forgotten, time to live, how long to keep a baseline or '',
--   field of a merged ledger or '', the length of the stage or ''; then lists, each with its length:
--   fields of Python's hash and what they were expected to be, fields of the base to delete,
--   fields of it to put, fields of meta to put, fields of Python's hash to delete, and to put
local source = ARGV[1]
if source ~= '' then
  if redis.call('ZSCORE', retired, source) then
    return 'DONE'
  end
  if (redis.call('HGET', live, source) or '') ~= ARGV[2] then
    return 'CHANGED'
  end
end
if ARGV[8] ~= '' and redis.call('HEXISTS', meta, ARGV[8]) == 1 then
  return 'DONE'
end
if (redis.call('HGET', meta, 'sequence') or '') ~= ARGV[3] then
  return 'CHANGED'
end
if lacks(ARGV[9]) then
  return 'LOST'
end
local list, at = tail(10, ARGV[9])
local kind = redis.call('TYPE', python).ok
local readable = kind == 'hash' or kind == 'none'
local count = tonumber(list[at])
for i = at + 1, at + count, 2 do
  local value = readable and redis.call('HGET', python, list[i])
  if (value and '=' .. value or '-') ~= list[i + 1] then
    return 'CHANGED'
  end
end
at = at + 1 + count
at = each('HDEL', base, at + 1, list, tonumber(list[at]))
at = each('HSET', base, at + 1, list, tonumber(list[at]))
at = each('HSET', meta, at + 1, list, tonumber(list[at]))
if readable then
  at = each('HDEL', python, at + 1, list, tonumber(list[at]))
  each('HSET', python, at + 1, list, tonumber(list[at]))
end
redis.call('HINCRBY', meta, 'sequence', 1)
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
    redis.call('PEXPIRE', baseline, ARGV[7])
  end
end
redis.call('UNLINK', stage)
keep(ARGV[6])
return 'FOLDED'
