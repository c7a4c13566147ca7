#pragma once

#include <expected>
#include <utility>

// The one macro of this program, because only a macro can return from the function that it stands
// in (docs/decisions/0029-one-macro-to-pass-an-error-on.md). For functions that themselves return a
// std::expected with the same error, as base::Result is one.
//
//   const std::vector<Part> parts = TRY(read_parts(file));  // the value, moved out of the result
//   TRY(write(file, parts));                                // of a result without a value
//
// When the expression is an error, that error is returned, and nothing after TRY happens: locals
// are destroyed as at any return. Inside a lambda it returns from the lambda, which must name its
// return type. Not for one part of a larger expression with effects of its own, and not for an
// error that has to be logged, put in other words or cleaned up after: these need an `if`. A TRY
// within the parentheses of another one is a warning (-Wshadow): give the inner value a name.
#define TRY(...)                                                  \
  __extension__({                                                 \
    auto tried = (__VA_ARGS__);                                   \
    if (!tried) return std::unexpected(std::move(tried).error()); \
    *std::move(tried);                                            \
  })
