import { describe, expect, it } from 'vitest';
import { kindOfStep, stepsIn } from './steps';

const line = (at: number, change: string, actor = 'li') => ({ key: `${at} ${change}`, at, actor, alert: null, change, note: '', byAlert: true });
const view = { from: 0, to: 1000 };

describe('the log along the axis', () => {
  it('shows what was done within what is looked at, each by its kind', () => {
    const steps = stepsIn([line(-5, 'fired'), line(100, 'fired', 'rules'), line(300, 'acknowledged'), line(500, 'assigned'), line(1200, 'resolved')], view);
    expect(steps.map(({ kind, place }) => [kind, place])).toEqual([['begun', 0.1], ['acknowledged', 0.3], ['assigned', 0.5]]);
    expect(kindOfStep('a word of a newer hub')).toBe('other');
  });

  it('names whoever did it where there is room', () => {
    const steps = stepsIn([line(100, 'acknowledged'), line(130, 'commented'), line(600, 'shelved'), line(990, 'assigned')], view);
    expect(steps.map(({ named }) => named)).toEqual([false, true, true, false]);
  });

  it('of what happens together shows what a person did', () => {
    expect(stepsIn([line(100, 'fired', 'rules'), line(104, 'acknowledged'), line(108, 'updated', 'rules')], view).map(({ kind }) => kind)).toEqual(['acknowledged']);
  });
});
