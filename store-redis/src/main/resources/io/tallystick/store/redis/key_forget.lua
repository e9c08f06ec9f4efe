-- KEYS: value, index. ARGV: key. Takes a key that Redis has expired out of the index.
if redis.call('EXISTS', KEYS[1]) == 0 then
  redis.call('ZREM', KEYS[2], ARGV[1])
end
return 1
