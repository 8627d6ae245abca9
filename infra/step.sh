#!/bin/sh
# Runs one step of the set-up and says so in one line: sh infra/step.sh WHAT LOG COMMAND [ARGUMENT ...]
# A dot every five seconds shows that it goes on. What the command prints is kept in LOG; when it fails, the end of that
# is shown. Ends with the command's own status.

what=$1
log=$2
shift 2

mkdir -p "$(dirname "$log")"
printf '%s ' "$what"
"$@" >"$log" 2>&1 </dev/null &
command=$!
# The shell makes its background processes deaf to Ctrl-C.
trap 'kill "$command" 2>/dev/null; wait "$command"; echo " interrupted"; exit 130' INT TERM HUP

seconds=0
while kill -0 "$command" 2>/dev/null; do
  sleep 1
  seconds=$((seconds + 1))
  [ $((seconds % 5)) -ne 0 ] || printf .
done
wait "$command"
status=$?

if [ "$status" -eq 0 ]; then
  echo " done ($seconds s)"
else
  { echo " FAILED"; tail -n 40 "$log"; echo "This is the end of $log; \`$*\` ended with status $status."; } >&2
fi
exit "$status"
