-- ARGV: key. Takes a key out of the index that Redis has expired.
if redis.call('EXISTS', KEYS[1]) == 0 then
  unlist(ARGV[1])
end
return 1
