/** A page that only shows a table. */
import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import { useQuery, type UseQueryOptions } from "@tanstack/react-query";
import { useT } from "../i18n/i18n.ts";
import { ErrorNote } from "./ErrorNote.tsx";

export interface Column<T> {
  id: string;
  header: string;
  cell: (item: T) => React.ReactNode;
}

export interface ListPageProps<T> {
  title: string;
  query: UseQueryOptions<T[], Error, T[], string[]>;
  columns: Column<T>[];
}

export function ListPage<T>({ title, query, columns }: ListPageProps<T>) {
  const t = useT();
  const { data, error, isPending, refetch } = useQuery(query);
  if (error && !data) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  const definitions: TableProps.ColumnDefinition<T>[] = columns.map((column, at) => ({
    ...column,
    isRowHeader: at === 0,
  }));
  return (
    <Table
      variant="container"
      items={data ?? []}
      loading={isPending}
      loadingText={t("app.loading")}
      columnDefinitions={definitions}
      header={
        <Header variant="h1" counter={data && `(${data.length})`}>
          {title}
        </Header>
      }
      empty={
        <Box textAlign="center" color="text-body-secondary" padding="l">
          {t("list.empty")}
        </Box>
      }
    />
  );
}
