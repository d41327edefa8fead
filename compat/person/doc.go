// Package person is somebody at a browser, for clients that send people to a
// sign-in page.
package person
