#!/bin/sh
# Creates the system tables and the root account in an empty data directory, then runs the server as `mysql`.
set -eu
data=/var/lib/mysql

case ${1:-} in -*|'') set -- mariadbd "$@" ;; esac
[ "$1" = mariadbd ] || exec "$@"

if [ "$(id -u)" = 0 ]; then
  chown mysql:mysql "$data" /run/mysqld
  exec setpriv --reuid=mysql --regid=mysql --init-groups -- "$0" "$@"
fi

shift
if [ ! -d "$data/mysql" ]; then
  : "${MARIADB_ROOT_PASSWORD:?found it not set; expected the password of root}"
  mariadb-install-db --no-defaults --datadir="$data" --auth-root-authentication-method=socket --skip-test-db --skip-name-resolve >/dev/null
  password=$(printf %s "$MARIADB_ROOT_PASSWORD" | sed "s/[\\\\']/\\\\&/g")
  umask 077
  cat >/tmp/init.sql <<SQL
ALTER USER 'root'@'localhost' IDENTIFIED VIA unix_socket OR mysql_native_password USING PASSWORD('$password');
CREATE USER 'root'@'${MARIADB_ROOT_HOST:-%}' IDENTIFIED BY '$password';
GRANT ALL PRIVILEGES ON *.* TO 'root'@'${MARIADB_ROOT_HOST:-%}' WITH GRANT OPTION;
SQL
  set -- --init-file=/tmp/init.sql "$@"
fi
exec mariadbd --datadir="$data" --skip-name-resolve --bind-address=0.0.0.0 "$@"
