#pragma once

#include <mutex>
#include <utility>

namespace base {

// Data that can be reached only through its lock: `guarded.lock()->member`. Keep the holder short
// lived. Of two locks the one of the upper layer is taken first.
template <class T>
class Guarded {
 public:
  template <class Value>
  class Holder {
   public:
    Holder(std::mutex& mutex, Value& value) : lock_(mutex), value_(value) {}
    [[nodiscard]] Value* operator->() const noexcept { return &value_; }
    [[nodiscard]] Value& operator*() const noexcept { return value_; }

   private:
    std::unique_lock<std::mutex> lock_;
    Value& value_;
  };

  Guarded() = default;
  explicit Guarded(T value) : value_(std::move(value)) {}

  [[nodiscard]] Holder<T> lock() { return {mutex_, value_}; }
  [[nodiscard]] Holder<const T> lock() const { return {mutex_, value_}; }

 private:
  mutable std::mutex mutex_;
  T value_{};
};

}  // namespace base
