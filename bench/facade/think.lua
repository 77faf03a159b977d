-- Users who think: each connection waits before a request, as long as an exponential distribution says, so that
-- requests arrive nearly as in a Poisson process. Argument: the mean, in milliseconds.
local mean

function init(args)
  mean = tonumber(args[1])
  math.randomseed(os.time())
end

function delay()
  return math.floor(-math.log(1 - math.random()) * mean + 0.5)
end
