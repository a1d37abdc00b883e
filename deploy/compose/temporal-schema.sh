#!/bin/sh
# Brings Temporal's two databases to the schema of this server version. Can be repeated: an older schema is brought up, the
# newest is left as it is. SQL_PASSWORD is read by temporal-sql-tool itself.
set -eu
for name in temporal visibility; do
  case $name in temporal) database=temporal ;; visibility) database=temporal_visibility ;; esac
  tool="temporal-sql-tool --plugin postgres12 --endpoint $POSTGRES_SEEDS --port ${DB_PORT:-5432} --user $POSTGRES_USER --database $database"
  # Makes the table of versions; refused when it is there, which is how an existing database says so.
  $tool setup-schema --version 0.0 || echo "$database has a schema: bringing it up to date."
  $tool update-schema --schema-name "postgresql/v12/$name"
done
