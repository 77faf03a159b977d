// A container's health check: exits 0 when the URL answers 2xx, else 1 with the reason.
const url = process.argv[2];
try {
  const response = await fetch(url, { signal: AbortSignal.timeout(2500) });
  if (!response.ok) console.error(`${url} answered ${response.status}: ${await response.text()}`);
  process.exitCode = response.ok ? 0 : 1;
} catch (error) {
  console.error(`${url}: ${error.cause?.message ?? error.message}`);
  process.exitCode = 1;
}
