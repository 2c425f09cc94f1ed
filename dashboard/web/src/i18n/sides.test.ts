import { expect, it } from 'vitest';
import { sideOf } from './sides';

it.each([
  ['烟雾 58% / smoke 58%', '烟雾 58%', 'smoke 58%'],
  ['smoke 58% / 烟雾 58%', '烟雾 58%', 'smoke 58%'],
  ['水位 / 高 / water level', '水位 / 高', 'water level'],
  ['1. 查看画面。 / Look.\n2. 拨打 119。 / Call 119.', '1. 查看画面。\n2. 拨打 119。', '1. Look.\n2. Call 119.'],
])('shows the side of its language of “%s”', (text, zh, en) => {
  expect([sideOf(text, 'zh'), sideOf(text, 'en')]).toEqual([zh, en]);
});

it.each(['只有中文', 'English only', 'in / out', '进 / 出', 'PM2.5 168 µg/m³', '烟雾/smoke', '烟雾 / ', ''])('shows “%s” whole', (text) => {
  expect([sideOf(text, 'zh'), sideOf(text, 'en')]).toEqual([text, text]);
});
