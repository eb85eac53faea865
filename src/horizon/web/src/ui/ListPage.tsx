/** A page that shows a table; its rows may be deletable. */
import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery, type UseQueryOptions } from "@tanstack/react-query";
import { useState } from "react";
import { useT } from "../i18n/i18n.ts";
import { DeleteOne } from "./DeleteOne.tsx";
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
  removal?: Removal<T>;
}

export interface Removal<T> {
  nameOf(item: T): string;
  /** What deleting means, said before it is done. */
  text: string;
  run(item: T): Promise<unknown>;
  /** False while it cannot be deleted. */
  can?(item: T): boolean;
  /** What else can be done with a row. */
  more?(item: T): React.ReactNode;
}

export function ListPage<T>({ title, query, columns, removal }: ListPageProps<T>) {
  const t = useT();
  const { data, error, isPending, refetch } = useQuery(query);
  const [asked, setAsked] = useState<T>();
  if (error && !data) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  const definitions: TableProps.ColumnDefinition<T>[] = columns.map((column, at) => ({
    ...column,
    isRowHeader: at === 0,
  }));
  if (removal) definitions.push(actionsColumn(t("list.actions"), t("app.delete"), removal, setAsked));
  const table = (
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
  return (
    <>
      {table}
      {removal && asked !== undefined && (
        <DeleteOne
          name={removal.nameOf(asked)}
          text={removal.text}
          run={() => removal.run(asked)}
          onClose={() => setAsked(undefined)}
        />
      )}
    </>
  );
}

function actionsColumn<T>(
  header: string,
  word: string,
  removal: Removal<T>,
  ask: (item: T) => void,
): TableProps.ColumnDefinition<T> {
  return {
    id: "actions",
    header,
    width: 240,
    cell: (item) => (
      <SpaceBetween direction="horizontal" size="xs">
        <Button
          variant="inline-link"
          ariaLabel={`${word}: ${removal.nameOf(item)}`}
          disabled={removal.can?.(item) === false}
          onClick={() => ask(item)}
        >
          {word}
        </Button>
        {removal.more?.(item)}
      </SpaceBetween>
    ),
  };
}
