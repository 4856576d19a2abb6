import { redisScript } from '../../store/redisScript.ts';

/** How finely the log keeps times: a place is given back up to this much later than it could be. */
const BUCKET_MS = 100;
/** What a gateway tells of a closed door is believed for this long; longer than any Retry-After that is. */
const MAX_CLOSED_MS = 10 * 60 * 1000;

/**
 * The quota of one API key over all gateways, kept in Redis as a sliding log in buckets of {@link BUCKET_MS}: the same
 * room however large the limit. All times are Redis's own. No window, wherever it begins, ever holds more than the limit.
 *
 * KEYS: the log (a hash: `epoch`, `used` and `refreshes` in the window, `first` bucket, `newest` grant, `closed` until,
 * `b` and `r` counts by bucket, and
 * the most gateways seen of late), and the gateways alive (a sorted set, by when they were last seen).
 *
 * ARGV: what to do, limit, window, paced-from share, refresh limit, this gateway, REPLICAS, alive for, epoch known, epoch if
 * new; then by what to do. Answers: word, epoch, wait, used, limit of now, gateways alive, bucket.
 */
export const QUOTA_SCRIPT = redisScript(`
local log, alive = KEYS[1], KEYS[2]
local what, limit, window = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local pacedFrom, refreshLimit = tonumber(ARGV[4]), tonumber(ARGV[5])
local gateway, replicas, aliveFor = ARGV[6], tonumber(ARGV[7]), tonumber(ARGV[8])
local BUCKET, MOST_CLOSED = ${BUCKET_MS}, ${MAX_CLOSED_MS}

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local function field(name) return tonumber(redis.call('HGET', log, name)) or 0 end

local epoch = redis.call('HGET', log, 'epoch')
if not epoch then
  epoch = ARGV[10]
  redis.call('HSET', log, 'epoch', epoch)
end

local newest = field('newest')
if now < newest - 1000 then
  -- Redis's clock was set back: what is in the log counts from now on, and who is alive will say so again.
  local at, closedFor = math.floor(now / BUCKET), math.min(MOST_CLOSED, math.max(0, field('closed') - newest))
  local used, refreshes, peak = field('used'), field('refreshes'), field('peak')
  redis.call('DEL', log, alive)
  redis.call('HSET', log, 'epoch', epoch, 'used', used, 'refreshes', refreshes, 'first', at, 'b' .. at, used,
    'r' .. at, refreshes, 'newest', now, 'closed', now + closedFor, 'peak', peak, 'peakAt', now)
  newest = now
end
now = math.max(now, newest)

if what ~= 'leave' then redis.call('ZADD', alive, now, gateway) end
redis.call('ZREMRANGEBYSCORE', alive, '-inf', now - aliveFor)
redis.call('PEXPIRE', log, 2 * window)
redis.call('PEXPIRE', alive, 2 * window)
local count = redis.call('ZCARD', alive)

-- A gateway that is cut off from here keeps to its share on its own: that much is not given out to the others. How many
-- there are is configured, or was seen within the window; who leaves in good order is not expected any more.
local peak = field('peak')
if count >= peak or field('peakAt') + window <= now then
  peak = count
  redis.call('HSET', log, 'peak', peak, 'peakAt', now)
end
local expected = math.max(replicas, peak)
local limitNow = math.max(0, limit - math.max(0, expected - count) * math.floor(limit / expected))

if what == 'leave' then
  if redis.call('ZREM', alive, gateway) == 1 then redis.call('HSET', log, 'peak', math.max(0, count - 1)) end
  return {'ok', epoch, 0, 0, limitNow, count, 0}
end

local used, refreshes, first = field('used'), field('refreshes'), field('first')
local function lastOf(bucket) return (bucket + 1) * BUCKET end

while used > 0 and lastOf(first) + window <= now do
  local grants, byRefresh = field('b' .. first), field('r' .. first)
  if grants > 0 then redis.call('HDEL', log, 'b' .. first, 'r' .. first) end
  used, refreshes, first = used - grants, refreshes - byRefresh, first + 1
end
local bucket = math.floor(now / BUCKET)
if used <= 0 then used, refreshes, first = 0, 0, bucket end

local function keep()
  redis.call('HSET', log, 'used', used, 'refreshes', refreshes, 'first', first)
end
local function note(at, grants, byRefresh)
  if grants <= 0 or lastOf(at) + window <= now then return end
  redis.call('HINCRBY', log, 'b' .. at, grants)
  if byRefresh > 0 then redis.call('HINCRBY', log, 'r' .. at, byRefresh) end
  used, refreshes, first = used + grants, refreshes + byRefresh, math.min(first, at)
end

if ARGV[9] ~= epoch then
  if what ~= 'join' then
    keep()
    return {'join', epoch, 0, used, limitNow, count, 0}
  end
end
if what == 'join' then
  -- What this gateway granted while Redis was away, or to a log that is lost: age, count, and of it the refreshes.
  for i = 11, #ARGV, 3 do
    note(math.floor((now - tonumber(ARGV[i])) / BUCKET), tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2]))
  end
  keep()
  return {'ok', epoch, 0, used, limitNow, count, 0}
end

local closed = field('closed')
if what == 'close' then
  redis.call('HSET', log, 'closed', math.max(closed, now + tonumber(ARGV[11])))
  keep()
  return {'ok', epoch, 0, used, limitNow, count, 0}
end
if what == 'give back' then
  local at, class = ARGV[11], ARGV[12]
  if field('b' .. at) > 0 then
    redis.call('HINCRBY', log, 'b' .. at, -1)
    used = used - 1
    if class == 'refresh' and field('r' .. at) > 0 then
      redis.call('HINCRBY', log, 'r' .. at, -1)
      refreshes = refreshes - 1
    end
  end
  keep()
  return {'ok', epoch, 0, used, limitNow, count, 0}
end
if what == 'look' then
  keep()
  return {closed > now and 'closed' or 'ok', epoch, math.min(MOST_CLOSED, math.max(0, closed - now)), used, limitNow, count, 0}
end

-- How long until fewer than \`most\` of the \`total\` grants that 'kind' counts are in the window.
local function untilBelow(kind, total, most)
  local at, left = first, total
  while at <= bucket do
    left = left - field(kind .. at)
    if left < most then return lastOf(at) + window - now end
    at = at + 1
  end
  return window
end

local word, wait = 'ok', 0
if closed > now then
  word, wait = 'closed', math.min(MOST_CLOSED, closed - now)
elseif limitNow < 1 then
  word, wait = 'wait', 1000
elseif used >= limitNow then
  word, wait = 'wait', untilBelow('b', used, limitNow)
elseif what == 'refresh' and refreshes >= refreshLimit then
  word, wait = 'wait', refreshLimit < 1 and window or untilBelow('r', refreshes, refreshLimit)
elseif used >= limitNow * pacedFrom then
  -- The rest is spread over the time until the oldest grant leaves; never denser than the limit's own pace.
  local spacing = math.max(window / limitNow, (lastOf(first) + window - newest) / (limitNow - used + 1))
  wait = math.max(0, math.ceil(newest + spacing - now))
  if wait > 0 then word = 'wait' end
end
if word == 'ok' then
  note(bucket, 1, what == 'refresh' and 1 or 0)
  redis.call('HSET', log, 'newest', now)
end
keep()
return {word, epoch, wait, used, limitNow, count, bucket}`);
