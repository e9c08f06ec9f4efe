-- KEYS: queued, delayed, running, dead, ids, keys, payloads, attempts, leases, errors, meta, and
-- of a queue whose jobs people count: processing
-- ARGV: now, the most attempts, then what the operation needs
local queued, delayed, running, dead = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local ids, keys, payloads, attempts = KEYS[5], KEYS[6], KEYS[7], KEYS[8]
local leases, errors, meta, processing = KEYS[9], KEYS[10], KEYS[11], KEYS[12]
local now, most = ARGV[1], tonumber(ARGV[2])

-- The next number. Where the latest one was evicted, it is one that no job has had.
local function number()
  local latest = redis.call('HINCRBY', meta, 'latest', 1)
  if latest == 1 and redis.call('EXISTS', keys, payloads, queued, delayed, running, dead) > 0 then
    latest = redis.call('HINCRBY', meta, 'latest', tonumber(now) * 1000)
  end
  return latest
end

-- Ids have one length, so that those of one score are in the order in which they were made.
local function name(n)
  return string.format('%016d', n)
end

local function bury(id, why)
  local key = redis.call('HGET', keys, id)
  if key then -- else it was evicted
    redis.call('HDEL', ids, key)
  end
  redis.call('HDEL', leases, id)
  redis.call('HSET', errors, id, why)
  redis.call('ZADD', dead, number(), id)
end

local function forget(id)
  for _, hash in ipairs({keys, payloads, attempts, leases, errors}) do
    redis.call('HDEL', hash, id)
  end
end

-- Whether a job that has neither failed nor was taken does not wait either: people empty the list
-- of waiting jobs. That is looked for only where the list is shorter than it should be.
local function lost(id)
  if redis.call('ZSCORE', running, id) or redis.call('ZSCORE', delayed, id) then
    return false
  end
  local others = redis.call('ZCARD', running) + redis.call('ZCARD', delayed)
  local waiting = redis.call('HLEN', ids) - others
  return redis.call('LLEN', queued) < waiting and not redis.call('LPOS', queued, id)
end

-- Whether a key has a job that is not dead. One that is lost makes room for another.
local function taken(key)
  local id = redis.call('HGET', ids, key)
  if not id then
    return false
  end
  if lost(id) then
    redis.call('HDEL', ids, key)
    forget(id)
    return false
  end
  return true
end

-- A job is running until that time, or for longer.
local function run(id, ending)
  if redis.call('ZADD', running, ending, id) == 1 and processing then
    redis.call('RPUSH', processing, id)
  end
end

-- A job is not running any more.
local function stop(id)
  redis.call('ZREM', running, id)
  redis.call('HDEL', leases, id)
  if processing then
    redis.call('LREM', processing, 1, id) -- near its head: the oldest are done first
  end
end

-- Makes the list of running jobs anew where it was evicted, or somebody else has changed it.
local function mend()
  if redis.call('LLEN', processing) ~= redis.call('ZCARD', running) then
    redis.call('DEL', processing)
    for _, id in ipairs(redis.call('ZRANGE', running, 0, -1)) do
      redis.call('RPUSH', processing, id)
    end
  end
end

local function ended(set)
  return redis.call('ZRANGEBYSCORE', set, '-inf', now, 'LIMIT', 0, 1000)
end

-- Queues jobs whose delays or leases have run out; of the latter some are dead letters then.
local function move()
  repeat
    local found = ended(delayed)
    for _, id in ipairs(found) do
      redis.call('ZREM', delayed, id)
      redis.call('RPUSH', queued, id)
    end
  until #found == 0
  repeat
    local found = ended(running)
    for _, id in ipairs(found) do
      stop(id)
      if tonumber(redis.call('HGET', attempts, id) or '0') >= most then
        bury(id, 'lease ran out')
      else
        redis.call('RPUSH', queued, id)
      end
    end
  until #found == 0
end

local function add(key, payload)
  local id = name(number())
  redis.call('HSET', keys, id, key)
  redis.call('HSET', payloads, id, payload)
  redis.call('HSET', attempts, id, 0)
  return id
end

if most then -- a backup changes nothing
  if processing then
    mend()
  end
  move()
end
