-- ARGV: then key, and the end that it had when it was seen to be gone
if redis.call('ZSCORE', KEYS[2], ARGV[2]) == ARGV[3] then
  leave(ARGV[2])
end
return 1
