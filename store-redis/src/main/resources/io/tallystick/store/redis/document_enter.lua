-- ARGV: then token, and of each document its key, its end or '', how many sets, and of each its
-- place or + and its name. Sets that had it keep it.
local at = 3
while at <= #ARGV do
  at = enter(ARGV[at], ARGV[at + 1], ARGV[2], at + 2, true)
end
return 1
