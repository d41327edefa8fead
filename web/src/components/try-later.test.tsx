import { act, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { startI18n } from "../app/i18n";
import { GraphError } from "../lib/graph";
import { TryLater } from "./try-later";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const advance = (ms: number) =>
  act(() => {
    vi.advanceTimersByTime(ms);
  });

it("counts down what the server asks to wait, and says when it is over", async () => {
  await startI18n();
  const over = vi.fn();
  const error = new GraphError(429, "TooManyRequests", "Too soon.", "", 61, [{ remedy: "Wait." }]);
  render(<TryLater error={error} onOver={over} />);
  expect(screen.getByRole("alert").textContent).toBe("Too soon. Wait.");
  expect(screen.getByRole("timer").textContent).toBe("It can be tried again in 1:01.");
  advance(2000);
  expect(screen.getByRole("timer").textContent).toBe("It can be tried again in 0:59.");
  advance(58_000);
  expect(over).not.toHaveBeenCalled();
  advance(1000);
  expect(over).toHaveBeenCalledOnce();
});
