#!/bin/sh
# Ends the guarded processes when the process that holds our standard input is gone, however it ended.
# Lines read: "guard PID", "release PID", "remove DIRECTORY" (removed at the end), "keep DIRECTORY".
trap '' INT TERM HUP
pids=''
directory=''
while read -r verb argument; do
  case $verb in
    guard) pids="$pids $argument" ;;
    release)
      left=''
      for pid in $pids; do [ "$pid" = "$argument" ] || left="$left $pid"; done
      pids=$left
      ;;
    remove) directory=$argument ;;
    keep) directory='' ;;
  esac
done
# The data is thrown away, so nothing is lost by not asking politely.
[ -z "$pids" ] || kill -9 $pids 2>/dev/null
[ -z "$directory" ] || { sleep 0.2; rm -rf -- "$directory"; }
exit 0
