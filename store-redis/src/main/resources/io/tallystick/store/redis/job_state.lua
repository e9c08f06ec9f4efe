-- ARGV from 3: key
local id = redis.call('HGET', ids, ARGV[3])
if not id or lost(id) then
  return ''
end
if redis.call('ZSCORE', running, id) then
  return 'RUNNING'
end
return redis.call('ZSCORE', delayed, id) and 'DELAYED' or 'QUEUED'
