import type { Redis } from "ioredis";

// What happens beside the jobs, each a script, so that it can be a part of the transaction that ends a job.

interface Script {
  readonly lua: string;
  /** Undefined: their number comes first among the arguments. */
  readonly numberOfKeys?: number;
}

/** Names as BullMQ gives them to its own commands, but ours. */
export const scripts = {
  /** totals; records, bytes. Returns the bytes. */
  waAccount: {
    numberOfKeys: 1,
    lua: `
      redis.call('HINCRBY', KEYS[1], 'count', ARGV[1])
      return redis.call('HINCRBY', KEYS[1], 'bytes', ARGV[2])`,
  },
  /** totals, lists, and then sorted sets; how many lists. Nothing is there: then nothing is counted. */
  waSettleTotals: {
    lua: `
      for place = 2, #KEYS do
        local command = place <= ARGV[1] + 1 and 'LLEN' or 'ZCARD'
        if redis.call(command, KEYS[place]) > 0 then return 0 end
      end
      return redis.call('DEL', KEYS[1])`,
  },
  /**
   * pulse; gap, quiet (milliseconds). Called all the time by all workers. Returns whether locks that ran out may be looked
   * for: not when Redis has just been away, and nobody could renew any.
   */
  waPulse: {
    numberOfKeys: 1,
    lua: `
      local time = redis.call('TIME')
      local now = time[1] * 1000 + math.floor(time[2] / 1000)
      local last = tonumber(redis.call('HGET', KEYS[1], 'at') or 0)
      local from = tonumber(redis.call('HGET', KEYS[1], 'from') or 0)
      if now - last > tonumber(ARGV[1]) or from - now > tonumber(ARGV[2]) then
        from = now + ARGV[2]
        redis.call('HSET', KEYS[1], 'from', from)
      end
      redis.call('HSET', KEYS[1], 'at', now)
      return now >= from and 1 or 0`,
  },
  /** keys; milliseconds. */
  waRemember: {
    lua: `for _, key in ipairs(KEYS) do redis.call('SET', key, 1, 'PX', ARGV[1]) end`,
  },
  /**
   * stalled, locks; milliseconds, tokens, jobs. What ran out is taken again, unless somebody else has it by now, or it is done.
   * A full Redis refuses scripts whose first change takes memory; this one's does not.
   */
  waRenew: {
    lua: `
      for place = 2, #KEYS do
        local token = ARGV[place]
        local holder = redis.call('GET', KEYS[place])
        if holder == token then
          redis.call('PEXPIRE', KEYS[place], ARGV[1])
          redis.call('SREM', KEYS[1], ARGV[place + #KEYS - 1])
        elseif not holder and redis.call('EXISTS', string.sub(KEYS[place], 1, -6)) == 1 then
          redis.call('DEL', KEYS[place])
          redis.call('SET', KEYS[place], token, 'PX', ARGV[1])
        end
      end`,
  },
  /**
   * lock, jobs, tails, keys; token, sealed token, how many jobs, how many tails, milliseconds for tails and for keys, parts.
   * If all jobs are there and the lock is held, it gets the sealed token, tails their parts, and keys are remembered.
   */
  waSeal: {
    lua: `
      if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
      local jobs, tails = 1 + ARGV[3], 1 + ARGV[3] + ARGV[4]
      for place = 2, jobs do
        if redis.call('EXISTS', KEYS[place]) == 0 then return 0 end
      end
      redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL')
      for place = jobs + 1, tails do
        redis.call('SET', KEYS[place], ARGV[6 + place - jobs], 'PX', ARGV[5])
      end
      for place = tails + 1, #KEYS do redis.call('SET', KEYS[place], 1, 'PX', ARGV[6]) end
      return 1`,
  },
  /**
   * lock, totals, tail; token, sealed token, part, records, bytes. Of a part that is held: it waits no longer, and is not the
   * last of its conversation any more if nothing came after it. The lock gets the sealed token.
   */
  waLeave: {
    numberOfKeys: 3,
    lua: `
      if redis.call('GET', KEYS[1]) ~= ARGV[1] then return end
      redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL')
      if redis.call('GET', KEYS[3]) == ARGV[3] then redis.call('DEL', KEYS[3]) end
      redis.call('HINCRBY', KEYS[2], 'count', -ARGV[4])
      redis.call('HINCRBY', KEYS[2], 'bytes', -ARGV[5])`,
  },
  /**
   * letters, letter totals, letter, lock; token, sealed token, hash, prefix, limit, size, fields and values. If the lock is
   * held it gets the sealed token, and the letter is there. The oldest give way.
   */
  waBury: {
    numberOfKeys: 4,
    lua: `
      if redis.call('GET', KEYS[4]) ~= ARGV[1] then return 0 end
      redis.call('SET', KEYS[4], ARGV[2], 'KEEPTTL')
      if redis.call('EXISTS', KEYS[3]) == 1 then return 0 end
      local position = redis.call('HINCRBY', KEYS[2], 'position', 1)
      redis.call('HSET', KEYS[3], 'size', ARGV[6], 'position', position, unpack(ARGV, 7))
      redis.call('ZADD', KEYS[1], position, ARGV[3])
      local bytes = redis.call('HINCRBY', KEYS[2], 'bytes', ARGV[6])
      while bytes > tonumber(ARGV[5]) do
        local oldest = redis.call('ZRANGE', KEYS[1], 0, 0)[1]
        if not oldest then break end
        local size = redis.call('HGET', ARGV[4] .. oldest, 'size') or 0
        redis.call('DEL', ARGV[4] .. oldest)
        redis.call('ZREM', KEYS[1], oldest)
        redis.call('HINCRBY', KEYS[2], 'dropped', 1)
        bytes = redis.call('HINCRBY', KEYS[2], 'bytes', -size)
      end
      return 1`,
  },
  /** letters, letter totals, letter; hash, and the job that is to take its place, if any. Returns whether it was there. */
  waDiscard: {
    numberOfKeys: 3,
    lua: `
      if ARGV[2] and redis.call('EXISTS', ARGV[2]) == 0 then return 0 end
      if redis.call('ZREM', KEYS[1], ARGV[1]) == 0 then return 0 end
      redis.call('HINCRBY', KEYS[2], 'bytes', -(redis.call('HGET', KEYS[3], 'size') or 0))
      redis.call('DEL', KEYS[3])
      return 1`,
  },
  /** letters, letter totals, letter; size, field and values. Returns whether it was there. */
  waRewrite: {
    numberOfKeys: 3,
    lua: `
      local size = redis.call('HGET', KEYS[3], 'size')
      if not size then return 0 end
      redis.call('HINCRBY', KEYS[2], 'bytes', ARGV[1] - size)
      redis.call('HSET', KEYS[3], 'size', ARGV[1], unpack(ARGV, 2))
      return 1`,
  },
} as const satisfies Record<string, Script>;

export type ScriptName = keyof typeof scripts;

export function defineScripts(client: Redis): void {
  for (const [name, script] of Object.entries<Script>(scripts))
    client.defineCommand(name, { ...script });
}
