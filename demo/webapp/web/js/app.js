// The small things of the pages; everything works without them, too.
"use strict";

document.querySelectorAll(".users button").forEach(button => button.addEventListener("click", () => {
  document.getElementById("user").value = button.dataset.user;
  document.getElementById("password").value = button.dataset.password;
  document.getElementById("login").focus();
}));
document.querySelector(`nav a[data-for="${document.body.dataset.page}"]`)?.setAttribute("aria-current", "page");
