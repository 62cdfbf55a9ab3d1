// Go where the page's one way leads; without scripts somebody clicks on it.
location.assign(document.querySelector("a[data-go]").href);
