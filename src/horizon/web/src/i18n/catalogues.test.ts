import assert from "node:assert/strict";
import { test } from "node:test";
import { en, type MessageId } from "./en.ts";
import { zhCN } from "./zh-CN.ts";

const ids = Object.keys(en).filter((id): id is MessageId => id in en);
const names = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();

test("both languages have the same keys and no empty text", () => {
  assert.deepEqual(Object.keys(zhCN).sort(), Object.keys(en).sort());
  for (const id of ids) assert.notEqual(zhCN[id].trim(), "", id);
});

test("a sentence has the same placeholders in both languages", () => {
  for (const id of ids) assert.deepEqual(names(zhCN[id]), names(en[id]), id);
});

test("what has no proper name is really translated", () => {
  const proper = /^lane\.(keystone|nova-api|conductor|glance|neutron|cinder)$|^server\.id$/;
  for (const id of ids) if (!proper.test(id)) assert.notEqual(zhCN[id], en[id], id);
});
